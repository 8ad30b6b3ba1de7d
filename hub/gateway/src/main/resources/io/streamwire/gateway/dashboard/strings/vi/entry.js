export default {
  signInTitle: 'Đăng nhập',
  registerTitle: 'Tạo tài khoản',
  registerText: 'Tài khoản chỉ ở trên hub này. Phần thiết lập tiếp theo mất vài phút và không cần phần cứng.',
  name: 'Tên của bạn',
  email: 'Email',
  password: 'Mật khẩu',
  passwordHint: 'Ít nhất 10 ký tự. Vài từ là tốt.',
  signIn: 'Đăng nhập',
  register: 'Tạo tài khoản',
  haveAccount: 'Đã có tài khoản?',
  noAccount: 'Mới đến đây?',
};

export default {
  signInTitle: 'Masuk',
  registerTitle: 'Buat akun',
  registerText: 'Akun ini hanya ada di hub ini. Penyiapan berikutnya makan beberapa menit dan tidak perlu perangkat keras.',
  name: 'Nama Anda',
  email: 'Email',
  password: 'Kata sandi',
  passwordHint: 'Minimal 10 karakter. Beberapa kata sudah bagus.',
  signIn: 'Masuk',
  register: 'Buat akun',
  haveAccount: 'Sudah punya akun?',
  noAccount: 'Baru di sini?',
};

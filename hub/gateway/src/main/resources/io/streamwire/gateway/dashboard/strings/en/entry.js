export default {
  signInTitle: 'Sign in',
  registerTitle: 'Make an account',
  registerText: 'It lives on this hub only. The set-up that follows takes a few minutes and needs no hardware.',
  name: 'Your name',
  email: 'Email',
  password: 'Password',
  passwordHint: 'At least 10 characters. A few words are good.',
  signIn: 'Sign in',
  register: 'Make an account',
  haveAccount: 'You have one already?',
  noAccount: 'New here?',
};

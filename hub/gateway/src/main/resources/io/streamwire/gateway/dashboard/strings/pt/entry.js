export default {
  signInTitle: 'Entrar',
  registerTitle: 'Criar uma conta',
  registerText: 'Ela existe só neste hub. A configuração que segue leva alguns minutos e não precisa de hardware.',
  name: 'Seu nome',
  email: 'E-mail',
  password: 'Senha',
  passwordHint: 'Pelo menos 10 caracteres. Algumas palavras servem bem.',
  signIn: 'Entrar',
  register: 'Criar uma conta',
  haveAccount: 'Já tem uma?',
  noAccount: 'Primeira vez aqui?',
};

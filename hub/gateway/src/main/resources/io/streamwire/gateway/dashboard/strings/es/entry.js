export default {
  signInTitle: 'Iniciar sesión',
  registerTitle: 'Crear una cuenta',
  registerText: 'Vive solo en este hub. La configuración que sigue tarda unos minutos y no necesita hardware.',
  name: 'Tu nombre',
  email: 'Correo',
  password: 'Contraseña',
  passwordHint: 'Al menos 10 caracteres. Unas pocas palabras van bien.',
  signIn: 'Iniciar sesión',
  register: 'Crear una cuenta',
  haveAccount: '¿Ya tienes una?',
  noAccount: '¿Primera vez aquí?',
};

export { gitHub, openIdConnect, type Provider } from './provider.ts'
export { createSignIn, type SignInParts } from './sign-in.ts'

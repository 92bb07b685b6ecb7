export { createSignIn, type SignInParts } from './sign-in.ts'

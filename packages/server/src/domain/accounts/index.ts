export { createAccounts, ensureAccount, type Accounts, type AccountsParts } from './accounts.ts'
export { createKeys, type CreatedKey, type Keys, type KeysParts } from './keys.ts'
export { createSetup, type Setup, type SetupParts } from './setup.ts'

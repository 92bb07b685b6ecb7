export { embeddedNetwork, type EmbeddedOptions } from './embedded.ts'
export { noNetwork, type NoNetworkOptions } from './none.ts'

export { Configuration, RemotePinningServiceClient } from '@ipfs-shipyard/pinning-service-client'

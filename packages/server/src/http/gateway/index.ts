export { createGateway, type Gateway, type GatewayConfig, type GatewayParts } from './gateway.ts'
export type { GatewayRequest } from './request.ts'
export { serveGateway, type ServedGateway } from './serve.ts'

export { abuse, type AbuseParts } from './pages/abuse.ts'
export { createGateway, type Gateway, type GatewayConfig, type GatewayParts } from './gateway.ts'
export type { GatewayRequest, Mount } from './request.ts'
export { serveGateway, type ServedGateway, type ServeGateway } from './serve.ts'

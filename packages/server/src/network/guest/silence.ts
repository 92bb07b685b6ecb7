import type { ComponentLogger, Logger } from '@libp2p/interface'

const silent: Logger = Object.assign(() => {}, { enabled: false, error() {}, trace() {}, newScope: () => silent })

/** libp2p makes a logger for every stream and formats for it; what matters to operators is logged by us. */
export const silence: ComponentLogger = { forComponent: () => silent }

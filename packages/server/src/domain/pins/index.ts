export { createPins, type Pins, type PinsParts } from './pins.ts'
export { fetchJob, settlePartialsJob } from './jobs.ts'
export { recordPin } from './record.ts'
export type { PinWish } from './wish.ts'

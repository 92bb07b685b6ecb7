import { z } from 'zod'
import type { Errand } from '../../ports/sign-in.ts'

/** Of somebody who went to a provider and is to come back. */
export interface Journey {
  provider: string
  state: string
  nonce?: string
  verifier: string
  /** Of the page, to come back to. */
  origin: string
  errand: Errand
}

const shape = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string().optional(),
  verifier: z.string(),
  origin: z.url(),
  errand: z.object({ to: z.string(), invitation: z.string().optional(), link: z.string().optional() }),
})

/**
 * As a cookie has it. It is no secret from its browser. Without https, a page on another host name of the gateway can plant one: what it says is
 * believed of nobody's session, and of no address.
 */
export function writeJourney(journey: Journey): string {
  return Buffer.from(JSON.stringify(journey)).toString('base64url')
}

export function readJourney(text: string): Journey | undefined {
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

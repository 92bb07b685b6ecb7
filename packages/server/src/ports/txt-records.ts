/** Asking the domain name system. */
export interface TxtRecords {
  /** The texts of the TXT records of a domain; none where it has none, or does not exist. Throws an Error in words for a person where that could not be found out: a TimeoutError where nobody answered in time. */
  lookUp(domain: string, signal: AbortSignal): Promise<TxtAnswer>
}

export interface TxtAnswer {
  texts: string[]
  /** Milliseconds for which this answer may be used again; undefined: it was not said. */
  ttl?: number
}

/** Small values that belong to the instance: its signing key, the set-up token's hash. Shared by all processes. */
export interface InstanceReads {
  get(name: string): Promise<string | undefined>
}

export interface InstanceWrites {
  /** Stores `value` unless the name is set already; returns what is stored now. */
  ensure(name: string, value: string): Promise<string>
  set(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
  /** Removes it where this is what is stored. Of several who try at once, it is true for one. */
  take(name: string, value: string): Promise<boolean>
}

/** Small values that belong to the instance: its signing key, the set-up token's hash. Shared by all processes. */
export interface InstanceReads {
  get(name: string): Promise<string | undefined>
}

export interface InstanceWrites {
  /** Stores `value` unless the name is set already; returns what is stored now. */
  ensure(name: string, value: string): Promise<string>
  set(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
}

import { ApiError } from '../api/client.ts'

const steps: Record<string, string> = {
  UNREACHABLE: 'Check that the server runs and that you are connected, then try again.',
  UNAUTHENTICATED: 'Sign in again, then repeat it.',
  SCOPE_MISSING: 'Ask the admin of this server.',
  ROLE_MISSING: 'Ask an owner of the account.',
  SIGN_IN_AGAIN: 'Sign out and in again, then repeat it.',
  SECOND_FACTOR_NEEDED: 'Sign in again, with your second factor.',
  ACCOUNT_SUSPENDED: 'Ask the admin of this server.',
  INVALID_CID: 'Copy the whole CID again. It starts with “bafy”, “bafk” or “Qm” and has no slashes.',
  INVALID_CAR: 'Export the CAR again, or store it as a plain file.',
  HASH_MISMATCH: 'The CAR is damaged. Export it again from its source.',
  UNSUPPORTED_CODEC: 'This kind of content cannot be kept here. Export it as UnixFS, DAG-CBOR or DAG-JSON.',
  DAG_INCOMPLETE: 'Upload the missing blocks, or pin the CID with an origin that has them.',
  TOO_LARGE: 'Split it, or ask the admin to raise THOLE_MAX_BODY.',
  QUOTA_EXCEEDED: 'Delete what you no longer need, or ask the admin for more room.',
  RATE_LIMITED: 'Wait a little, then try again.',
  STORAGE_FULL: 'The admin has to free or add disk space. What is stored already is safe.',
  READ_ONLY: 'Try again later.',
  SHUTTING_DOWN: 'Try again in a moment.',
  INTERNAL: 'Try again. If it stays, give the admin the number above.',
}

/** What to do next about an error, or undefined where its own message says it. */
export function nextStep(error: unknown): string | undefined {
  return error instanceof ApiError ? steps[error.code] : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something failed.'
}

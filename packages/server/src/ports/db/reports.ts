export type ReportKind = 'illegal' | 'copyright' | 'malware' | 'other'

/** What somebody told of content that should not be here. */
export interface AbuseReport {
  id: string
  /** What it is about, as it was written: a content path, a CID, a URL. */
  path: string
  kind: ReportKind
  words: string
  /** Where whoever wrote it can be reached. */
  contact?: string
  created: number
}

export interface ReportReads {
  count(): Promise<number>
  /** Oldest first, after the given one. */
  list(limit: number, after?: Pick<AbuseReport, 'created' | 'id'>): Promise<AbuseReport[]>
  get(id: string): Promise<AbuseReport | undefined>
}

export interface ReportWrites {
  insert(report: AbuseReport): Promise<void>
  /** False where there is none such. */
  remove(id: string): Promise<boolean>
}

/** What clients tell of what they send, and by which key. */
export const uploadTold: readonly string[] = [
  `alter table upload add column media_type text`,
  // Null: sent in a session.
  `alter table upload add column key_name text`,
  // JSON: the first files of a form.
  `alter table upload add column files text`,
]

/** What an upload brought, whatever its client says that it was made of. */
export const brought: readonly string[] = [
  // Bytes of its blocks.
  `alter table upload add column block_bytes bigint not null default 0`,
  `update upload set block_bytes = bytes`,
]

/** Who made a key, so that it ends with what else they made where they were somebody else. */
export const keyMakers: readonly string[] = [`alter table api_key add column made_by text`, `create index api_key_made_by on api_key (made_by) where made_by is not null`]

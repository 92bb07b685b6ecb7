/** Each index that goes by DAG is a page elsewhere in the file for each new request, written at its commit and again into the database. */
export const leanPins: readonly string[] = [
  // By DAG and status, newest first of an account; who waits for a DAG lies side by side in it, too.
  `drop index pin_request_waiting`,
  `drop index pin_request_dag`,
  `create index pin_request_dag on pin_request (dag, status, account_id, created)`,

  // Of what nobody has sent anything of, the root is missing: that is not written down.
  `delete from missing_block where cid = dag and path = '' and exists (select 1 from dag where dag.cid = missing_block.dag and missing_count = 1)`,
]

/**
 * Keeps the AWS SDK, which reads its own variables and files, from asking the network for credentials (the metadata service of EC2 and its
 * like) unless that was asked for with AWS_EC2_METADATA_DISABLED=false: no call goes out that no setting wants.
 */
export function keepFromInstanceMetadata(): void {
  process.env.AWS_EC2_METADATA_DISABLED ||= 'true'
}

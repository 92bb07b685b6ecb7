export { makeBackupFolder } from './folder.ts'
export { keepNewest } from './keep.ts'
export { restoreBackup, type RestoreProgress } from './restore.ts'
export { writeBackup, type BackupReport, type BackupSource } from './write.ts'

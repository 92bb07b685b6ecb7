export { createPost, letterJob } from './post.ts'
export { createPostman, type Postman } from './postman.ts'

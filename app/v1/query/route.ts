export { POST } from '../../query/route.ts'

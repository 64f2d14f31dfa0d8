export { POST } from '../../upload/route.ts'

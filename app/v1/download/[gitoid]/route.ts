export { GET } from '../../../download/[gitoid]/route.ts'

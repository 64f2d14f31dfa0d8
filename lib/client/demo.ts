import { z } from 'zod'
import { apiSend } from './api.ts'

/** Loads the demo's evidence through the ordinary way in; the builds are judged a moment later. */
export const loadDemo = () => apiSend('POST', '/api/v1/demo', undefined, z.unknown())

/** Removes what only the demo brought; the audit log stays. */
export const removeDemo = () => apiSend('DELETE', '/api/v1/demo', undefined, z.unknown())

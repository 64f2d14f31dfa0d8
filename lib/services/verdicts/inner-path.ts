/** SQL pattern of the paths below `STEP.KEYID8/`, where the links of a sublayout lie. */
export const INNER_PATH = '[.][0-9a-fA-F]{8}/[^/]+$'

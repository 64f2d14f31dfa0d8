/** Name and version of the engine, part of every report: a change of its answers changes the version. */
export const ENGINE = 'waybill/4'

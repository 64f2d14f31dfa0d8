/** The document that the layout editor edits: commands, undo, issues, preview, import and export. Pure. */
export type { AuthorityView, ConstraintView } from './certificate-view.ts'
export type { AuthorityList, ConstraintList } from './certificates.ts'
export {
  addAuthority,
  addConstraint,
  removeAuthority,
  removeConstraint,
  setCommonName,
  setConstraintList,
} from './certificates.ts'
export type { Connection } from './commands.ts'
export {
  addFunctionary,
  addFunctionaryId,
  addInspection,
  addKey,
  addRule,
  addStep,
  connect,
  consequencesOfRemoving,
  freeName,
  listedKeyid,
  moveItem,
  moveRule,
  removeFunctionary,
  removeItem,
  removeItemAndMatches,
  removeKey,
  removeRule,
  renameItem,
  setCommand,
  setExpires,
  setReadme,
  setRule,
  setThreshold,
} from './commands.ts'
export type { MatchUse } from './connections.ts'
export { connectedWith, findCycle, flowOf, flowOrder, matchUses } from './connections.ts'
export type { DiffLine } from './diff.ts'
export { changedParts, diffLines } from './diff.ts'
export type { ItemList, ItemRef, Side } from './document.ts'
export { emptyLayout, equalJson, layoutText, readLayoutText } from './document.ts'
export { dsseBytes, dssePayload, dsseText, metablockBytes, metablockText, PAYLOAD_TYPE } from './export.ts'
export type { BroughtLayout } from './from-text.ts'
export { layoutFromText } from './from-text.ts'
export { guarantees } from './guarantees.ts'
export type { History } from './history.ts'
export { endGesture, historyOf, record, redo, undo } from './history.ts'
export type { Fix, Issue, IssueCode } from './issue.ts'
export { signersOf } from './issues/signers.ts'
export { findIssues, hasErrors } from './issues.ts'
export type { TextPlace } from './places.ts'
export { itemAtLine, placeOf, placesOf } from './places.ts'
export type { ItemPreview, ListPreview, PatternSuggestion, SampleLinks } from './preview.ts'
export { previewDraft, previewRules, suggestPatterns } from './preview.ts'
export type { DraftView, ItemView, KeyView, RuleView } from './view.ts'
export { itemById, rulesOf, viewDraft } from './view.ts'

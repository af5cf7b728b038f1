export { isTemporary, writeFileWhole, writeJson } from '@trimodal/experiments';

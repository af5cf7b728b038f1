export { type Scores, scorerOf } from '@trimodal/experiments';

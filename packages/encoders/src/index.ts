export { GruEncoder, type GruEncoderOptions } from './gru-encoder';
export { IdentityEncoder, type IdentityEncoderOptions } from './identity-encoder';
export { LinearEncoder, type LinearEncoderOptions } from './linear-encoder';
export { TemporalConvEncoder, type TemporalConvEncoderOptions } from './temporal-conv-encoder';
export {
  type Positions,
  TransformerSequenceEncoder,
  type TransformerSequenceEncoderOptions,
} from './transformer-sequence-encoder';

export { Expert, type ExpertOptions } from './expert';
export { ExpertBank, type ExpertBankOptions } from './expert-bank';
export { expertLoads, loadBalanceLoss } from './expert-loads';
export { MixtureOfExperts, type MixtureOfExpertsOptions, type MixtureOfExpertsOutput } from './mixture-of-experts';
export { Router, type RouterOptions, type Routing } from './router';

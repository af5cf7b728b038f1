/** The part of jstat that is used here; it has no types of its own. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      cdf(t: number, degreesOfFreedom: number): number;
      inv(probability: number, degreesOfFreedom: number): number;
    };
  };
  export default jStat;
}

export { type CurveSeries, type CurvesOptions, curvesSvg } from './curves';
export { svgToPng } from './png';

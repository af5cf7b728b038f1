export { type Bar, type BarsOptions, barsSvg } from './bars';
export { type CurveSeries, type CurvesOptions, curvesSvg } from './curves';
export { type HeatmapOptions, heatmapSvg } from './heatmap';
export { type LinesOptions, linesSvg } from './lines';
export { svgToPng } from './png';
export { type PrincipalComponents, principalComponents } from './principal-components';
export { type ScatterOptions, type ScatterPoint, scatterSvg } from './scatter';

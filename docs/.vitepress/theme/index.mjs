import DefaultTheme from 'vitepress/theme';
import FigureSvg from './FigureSvg.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('FigureSvg', FigureSvg);
  },
};

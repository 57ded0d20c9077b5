/** Types of imported style sheets: class names for modules, nothing for plain ones. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css';

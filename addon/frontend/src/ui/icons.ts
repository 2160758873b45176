import { svg, html, type TemplateResult } from "lit";

/** Line icons on a 24 grid, drawn for Matinee. */
const PATHS: Record<string, TemplateResult> = {
  library: svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="M8 5v14M16 5v14M3.5 9.7H8M3.5 14.3H8M16 9.7h4.5M16 14.3h4.5"/>`,
  downloads: svg`<path d="M12 4v11M7.5 10.8L12 15.3l4.5-4.5M4.5 19.5h15"/>`,
  unsorted: svg`<path d="M4 5.5h16M7 10.2h10M10 14.8h4"/><circle cx="12" cy="19" r=".6"/>`,
  trash: svg`<path d="M4.5 6.5h15M9 6.5V4.3h6v2.2M6.5 6.5l.9 13h9.2l.9-13M10.2 10.5v5.4M13.8 10.5v5.4"/>`,
  storage: svg`<rect x="3.5" y="4.5" width="17" height="6.3" rx="1.8"/><rect x="3.5" y="13.2" width="17" height="6.3" rx="1.8"/><path d="M7 7.7h.01M7 16.4h.01M11 7.7h6M11 16.4h6"/>`,
  settings: svg`<path d="M4 7h9M18.5 7H20M4 17h1.5M11 17h9"/><circle cx="15.7" cy="7" r="2.6"/><circle cx="8.3" cy="17" r="2.6"/>`,
  people: svg`<circle cx="9" cy="8.2" r="3.6"/><path d="M2.8 19.5c.5-3.9 3-5.8 6.2-5.8s5.7 1.9 6.2 5.8M15.5 5a3.3 3.3 0 0 1 0 6.4M17.5 14c2.2.7 3.5 2.5 3.8 5.5"/>`,
  screen: svg`<rect x="3" y="4.5" width="18" height="11.5" rx="2"/><path d="M8.5 20h7M12 16v4M10.5 7.8v5l4-2.5z"/>`,
  about: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.2M12 7.8h.01"/>`,
  more: svg`<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="3.2"/>`,
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  play: svg`<path d="M7.5 4.8v14.4L19 12z" fill="currentColor"/>`,
  pause: svg`<path d="M8 5v14M16 5v14" stroke-width="3.2"/>`,
  back10: svg`<path d="M4.5 12a7.5 7.5 0 1 0 2.6-5.7L4.5 8.5M4.5 4.2v4.3h4.3"/><path d="M9.7 10v4.5M12.3 11.5c0-2 3-2 3 0v1.5c0 2-3 2-3 0z" stroke-width="1.4"/>`,
  forward10: svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.6-5.7l2.6 2.2M19.5 4.2v4.3h-4.3"/><path d="M9 10v4.5M11.7 11.5c0-2 3-2 3 0v1.5c0 2-3 2-3 0z" stroke-width="1.4"/>`,
  next: svg`<path d="M6 5.5v13L15 12z" fill="currentColor"/><path d="M18 5.5v13"/>`,
  volume: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="M15.5 9.2a4 4 0 0 1 0 5.6M18 6.5a7.8 7.8 0 0 1 0 11"/>`,
  mute: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.8l4.5 4.5M20.5 9.8L16 14.3"/>`,
  subtitles: svg`<rect x="3" y="5.5" width="18" height="13" rx="2.5"/><path d="M6.5 14.5h5M14 14.5h3.5M6.5 11h2.5M11.5 11h6"/>`,
  sound: svg`<path d="M9 17.5V6l10-2v11.5"/><circle cx="6.5" cy="17.5" r="2.5"/><circle cx="16.5" cy="15.5" r="2.5"/>`,
  quality: svg`<path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="12" r="2"/><circle cx="17" cy="17" r="2"/>`,
  fullscreen: svg`<path d="M4 9V4.5h4.5M20 9V4.5h-4.5M4 15v4.5h4.5M20 15v4.5h-4.5"/>`,
  shrink: svg`<path d="M8.5 4.5V9H4M15.5 4.5V9H20M8.5 19.5V15H4M15.5 19.5V15H20"/>`,
  help: svg`<rect x="3" y="6.5" width="18" height="11.5" rx="2"/><path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M7.5 14.3h9"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  left: svg`<path d="M14.5 5.5L8 12l6.5 6.5"/>`,
  right: svg`<path d="M9.5 5.5L16 12l-6.5 6.5"/>`,
  up: svg`<path d="M5.5 14.5L12 8l6.5 6.5"/>`,
  down: svg`<path d="M5.5 9.5L12 16l6.5-6.5"/>`,
  check: svg`<path d="M5 12.5l4.7 4.7L19 7.5"/>`,
  warning: svg`<path d="M12 4.5L3 19.5h18zM12 10v4.3M12 17h.01"/>`,
  search: svg`<circle cx="10.8" cy="10.8" r="6.3"/><path d="M15.5 15.5l4.7 4.7"/>`,
  grip: svg`<path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" stroke-width="2.6"/>`,
  folder: svg`<path d="M3.5 18.5v-12h6l2 2.5h9v9.5z"/>`,
  file: svg`<path d="M6 3.8h8l4.5 4.5v12H6zM13.5 4v5h5"/>`,
  edit: svg`<path d="M5 19l1-4.2L16 4.8l3.2 3.2-10 10z"/>`,
  refresh: svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.1M19.5 4.3v4.4h-4.4"/>`,
  sun: svg`<circle cx="12" cy="12" r="3.8"/><path d="M12 3v2.2M12 18.8V21M3 12h2.2M18.8 12H21M5.6 5.6l1.6 1.6M16.8 16.8l1.6 1.6M18.4 5.6l-1.6 1.6M7.2 16.8l-1.6 1.6"/>`,
  slow: svg`<path d="M4 17a8.2 8.2 0 1 1 16 0"/><path d="M12 16.5L8.5 10.5"/><circle cx="12" cy="16.7" r="1.2"/>`,
};

/** An icon is decoration: the button around it has the name. */
export function icon(name: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${PATHS[name] ?? PATHS.more}
  </svg>`;
}

/** The sign of the house: an afternoon sun above a screen. */
export function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
    <g fill="none" stroke="var(--accent)" stroke-width="3" stroke-linecap="round">
      <path d="M24 7v5M12.2 11.2l2.8 4.2M35.8 11.2L33 15.4M5.5 20.5l4.6 1.9M42.5 20.5l-4.6 1.9" />
    </g>
    <path d="M12.5 28a11.5 11.5 0 0 1 23 0z" fill="var(--accent)" />
    <rect x="6" y="30.5" width="36" height="9" rx="3" fill="currentColor" />
  </svg>`;
}

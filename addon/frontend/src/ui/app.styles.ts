import { css } from "lit";

export const appStyles = css`
  :host {
    --rail: 14.5rem;
    --bottom-bar: 0px;
  }
  .skip {
    position: fixed;
    left: 1rem;
    top: -5rem;
    z-index: 50;
  }
  .skip:focus {
    top: 1rem;
  }
  .rail {
    position: fixed;
    inset: 0 auto 0 0;
    width: var(--rail);
    display: flex;
    flex-direction: column;
    gap: 0.25rem;
    padding: 1.2rem 0.9rem calc(1rem + env(safe-area-inset-bottom));
    border-inline-end: 1px solid var(--line);
    background: var(--surface);
    overflow-y: auto;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 0.7rem;
    padding: 0 0.6rem 1rem;
    font-family: var(--serif);
    font-size: 1.45rem;
    font-weight: 600;
    color: var(--text);
    text-decoration: none;
  }
  .brand .mark {
    width: 2.2rem;
    height: 2.2rem;
    flex: none;
  }
  .rail .add {
    margin: 0 0.2rem 0.9rem;
  }
  nav ul {
    display: grid;
    gap: 0.15rem;
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 0.8rem;
    min-height: 2.75rem;
    padding: 0.3rem 0.8rem;
    border-radius: var(--radius-small);
    color: var(--muted);
    font-weight: 550;
    text-decoration: none;
  }
  nav .text {
    white-space: nowrap;
  }
  nav a:hover {
    color: var(--text);
    background: var(--raised);
  }
  nav a[aria-current] {
    color: var(--accent-text);
    background: var(--accent-soft);
  }
  .badge {
    margin-inline-start: auto;
    padding: 0 0.5rem;
    border-radius: 99px;
    font-size: 0.78rem;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
    background: var(--raised);
    color: var(--text);
    border: 1px solid var(--line);
  }
  .rail .who {
    margin-top: auto;
    padding: 1rem 0.8rem 0;
    font-size: 0.85rem;
    color: var(--muted);
  }
  .bottom {
    display: none;
  }
  main {
    margin-inline-start: var(--rail);
    padding: clamp(1.2rem, 3.2vw, 2.6rem) clamp(1rem, 3.6vw, 3.4rem) 5rem;
    max-width: 118rem;
    min-height: 60vh;
  }
  main.bare {
    margin: 0;
    padding: 0;
    max-width: none;
  }
  .banner {
    position: sticky;
    top: 0;
    z-index: 15;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem 1rem;
    margin-inline-start: var(--rail);
    padding: 0.6rem clamp(1rem, 3.6vw, 3.4rem);
    background: var(--accent-soft);
    color: var(--text);
    border-bottom: 1px solid var(--line);
  }
  .banner.bare {
    margin: 0;
  }
  .drop {
    position: fixed;
    inset: 0;
    z-index: 60;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.6rem;
    background: rgb(19 14 24 / 82%);
    color: #f4efe7;
    pointer-events: none;
  }
  .drop::before {
    content: "";
    position: absolute;
    inset: 1.2rem;
    border: 3px dashed var(--accent);
    border-radius: 22px;
  }
  .drop .mark {
    width: 6rem;
    height: 6rem;
  }
  .wait {
    display: grid;
    place-items: center;
    min-height: 70vh;
  }
  .wait .mark {
    width: 5rem;
    animation: breathe 1.8s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    from {
      opacity: 0.35;
    }
  }
  @media (max-width: 1080px) and (min-width: 761px) {
    :host {
      --rail: 5rem;
    }
    .brand span,
    .rail .who,
    .rail nav a span.text,
    .rail .add span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .rail {
      padding-inline: 0.7rem;
    }
    .brand {
      padding-inline: 0.65rem;
    }
    .rail nav a {
      justify-content: center;
      padding: 0;
      position: relative;
    }
    .badge {
      position: absolute;
      right: 0;
      top: 0;
    }
    .rail .add {
      padding: 0;
      width: 2.9rem;
      align-self: center;
    }
  }
  @media (max-width: 760px) {
    :host {
      --rail: 0px;
      --bottom-bar: 4rem;
    }
    .rail {
      display: none;
    }
    .bottom {
      display: block;
      position: fixed;
      inset: auto 0 0;
      z-index: 10;
      background: color-mix(in srgb, var(--surface) 94%, transparent);
      backdrop-filter: blur(14px);
      border-top: 1px solid var(--line);
      padding: 0 0.4rem env(safe-area-inset-bottom);
    }
    .bottom ul {
      display: grid;
      grid-template-columns: repeat(5, minmax(0, 1fr));
      align-items: center;
      height: 4rem;
    }
    .bottom a,
    .bottom .add {
      display: flex;
      flex-direction: column;
      gap: 0.1rem;
      justify-content: center;
      padding: 0.2rem;
      font-size: 0.72rem;
      min-height: 3.4rem;
      position: relative;
    }
    .bottom a[aria-current] {
      background: none;
    }
    .bottom .add {
      width: 3.2rem;
      min-height: 3.2rem;
      border-radius: 50%;
      margin: auto;
      font-size: 1rem;
    }
    .bottom .badge {
      position: absolute;
      top: 0;
      left: calc(50% + 0.5rem);
      font-size: 0.68rem;
      padding: 0 0.35rem;
    }
    main {
      padding-bottom: calc(7rem + env(safe-area-inset-bottom));
    }
  }
`;

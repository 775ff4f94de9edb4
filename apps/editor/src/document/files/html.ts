const STYLE = `body{max-width:44rem;margin:3rem auto;padding:0 1rem;font:17px/1.6 system-ui,sans-serif}
img{max-width:100%}table{width:100%;border-collapse:collapse}td,th{border:1px solid #999;padding:.4rem .6rem;text-align:left;vertical-align:top}
pre{padding:1rem;background:#f1efe9;overflow-x:auto}blockquote{margin-left:0;padding-left:1rem;border-left:3px solid #0f6b4f}
ul[data-type=taskList]{padding-left:0;list-style:none}ul[data-type=taskList] li{display:flex;gap:.5rem}`;

/** A document as a page that stands by itself. @param body as the editor gives it */
export function htmlPage(title: string, body: string, language: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// Whoever chose how pages look gets the sheet for it before anything is painted: a link that the parser meets holds painting
// back in every browser, and one that a script appends does not. The page itself is the same for everybody.
if (document.cookie.includes("teahouse_appearance=")) document.write('<link rel="stylesheet" href="/appearance.css">');

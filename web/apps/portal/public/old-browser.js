/* Read only by browsers that know no modules: they are shown the same page without script (OPS-021).
   Written for Internet Explorer 8; nothing newer may stand here. */
(function (place) {
  var found = /^\/items\/([a-z0-9-]+)/.exec(place.pathname);
  var code = /^\/verify\/([^\/]+)$/.exec(place.pathname);
  var words = /[?&]q=([^&#]*)/.exec(place.search);
  var same = { '/progress': '/basic/progress', '/rate': '/basic/ratings', '/verify': '/basic/verify', '/accessibility': '/basic/accessibility', '/help/faqs': '/basic/faqs', '/help/family': '/basic/help', '/search': '/basic/items', '/themes': '/basic/items' };
  var to = '/basic';
  if (found) to = '/basic/items/' + found[1];
  else if (code) to = '/basic/verify?code=' + code[1];
  else if (same.hasOwnProperty(place.pathname)) to = same[place.pathname];
  if (words && to === '/basic/items') to += '?q=' + words[1];
  place.replace(to);
})(window.location);

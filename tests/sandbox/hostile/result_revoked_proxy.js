// class: results and arguments; ends: throw result
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
return { proxy };

package nsbox.registry;

import java.io.Serializable;

/// Whom a request asks for what, in words for messages.
///
/// @param host of the registry, with its port
/// @param object such as `manifest 1.4 of registry.test/team/app`
record Target(String host, String object) implements Serializable {}

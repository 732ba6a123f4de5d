package nsbox.registry.config;

import java.nio.file.Path;
import java.util.Map;

/// What of the user's process decides where configuration lies.
///
/// @param environment of the user's process
/// @param cwd absolute
/// @param systemRoot `/`; tests put another folder before `/etc`
public record Surroundings(Map<String, String> environment, Path cwd, Path systemRoot) {}

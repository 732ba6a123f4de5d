package nsbox.cli.output;

/// A piece of a template.
///
/// @param text what it says: a text between actions, the name of a field without its dot, a
///   variable with its `$`
/// @param value of a literal, else null
/// @param offset in the template
/// @param spaced whether white space stands before it: `.A.B` is one field, `.A .B` are two
record Token(Kind kind, String text, Object value, int offset, boolean spaced) {
  enum Kind {
    TEXT,
    OPEN,
    CLOSE,
    WORD,
    FIELD,
    DOT,
    VARIABLE,
    LITERAL,
    PIPE,
    LEFT,
    RIGHT,
    DECLARE,
    ASSIGN,
    COMMA,
    END
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }

  /// As a message names it.
  String shown() {
    return switch (kind) {
      case TEXT -> "text";
      case OPEN -> "{{";
      case CLOSE -> "}}";
      case END -> "the end of the template";
      case FIELD -> "." + text;
      default -> text;
    };
  }
}

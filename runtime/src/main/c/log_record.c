/* How one record of a log is written. */
#include <stdio.h>
#include <string.h>

#include "log.h"

/* The length of the character that begins here; 0 where none does; -1 where its end is missing. */
static int character_length(const unsigned char *at, size_t left) {
    unsigned char first = at[0];
    int length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) == 0xe0 ? 3
               : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= left) return -1;
        /* Overlong forms, surrogates, and what is above the last character. */
        unsigned char lowest = i > 1 ? 0x80 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        unsigned char highest = i > 1 ? 0xbf : first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (at[i] < lowest || at[i] > highest) return 0;
    }
    return length;
}

size_t log_unfinished(const char *bytes, size_t length) {
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const unsigned char *at = (const unsigned char *)bytes + length - back;
        if ((*at & 0xc0) == 0x80) continue;
        return character_length(at, back) < 0 ? back : 0;
    }
    return 0;
}

static char *put(char *to, const char *text) {
    size_t length = strlen(text);
    memcpy(to, text, length);
    return to + length;
}

static char *put_escaped(char *to, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    if (byte == '"' || byte == '\\') *to++ = (char)byte;
    else if (byte == '\r') *to++ = 'r';
    else {
        to = put(to, "u00");
        *to++ = hex[byte >> 4];
        *to++ = hex[byte & 15];
    }
    return to;
}

static const bool escaped[0x80] = {
    [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, ['<'] = true, ['>'] = true, ['&'] = true,
};

/* As docker's json-file escapes, which makes records safe inside of HTML and JavaScript, too. */
char *log_string(char *to, const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        unsigned char byte = bytes[i];
        if (byte < 0x80 && escaped[byte]) {
            to = put_escaped(to, byte);
            i++;
            continue;
        }
        if (byte < 0x80) {
            size_t plain = i + 1;
            while (plain < length && bytes[plain] < 0x80 && !escaped[bytes[plain]]) plain++;
            memcpy(to, bytes + i, plain - i);
            to += plain - i;
            i = plain;
            continue;
        }
        int size = character_length(bytes + i, length - i);
        if (size <= 0) {
            to = put(to, "\\ufffd");
            i++;
            continue;
        }
        if (size == 3 && !memcmp(bytes + i, "\xe2\x80\xa8", 3)) to = put(to, "\\u2028");
        else if (size == 3 && !memcmp(bytes + i, "\xe2\x80\xa9", 3)) to = put(to, "\\u2029");
        else {
            memcpy(to, bytes + i, (size_t)size);
            to += size;
        }
        i += (size_t)size;
    }
    return to;
}

size_t log_record(char *record, const struct log_stream *stream, const char *time, const char *piece,
                  size_t length, bool ended) {
    char *at = record;
    if (stream->log->json) {
        at = put(at, "{\"log\":\"");
        at = log_string(at, piece, length);
        at = put(at, ended ? "\\n\",\"stream\":\"" : "\",\"stream\":\"");
        at = put(at, stream->name);
        if (stream->log->attributes) at = put(put(at, "\",\"attrs\":"), stream->log->attributes);
        at = put(at, stream->log->attributes ? ",\"time\":\"" : "\",\"time\":\"");
        at = put(at, time);
        at = put(at, "\"}\n");
        return (size_t)(at - record);
    }
    at = put(at, time);
    *at++ = ' ';
    at = put(at, stream->name);
    at = put(at, ended ? " F " : " P ");
    memcpy(at, piece, length);
    at[length] = '\n';
    return (size_t)(at - record) + length + 1;
}
